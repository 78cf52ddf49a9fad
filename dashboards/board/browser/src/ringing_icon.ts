/** The tab's icon while a call rings: the page's own one with a dot on it, so that the tab is found among many. */

const RINGING =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#3350c9"/>' +
      '<path d="M10.5 13.4v3.1a5.5 5.5 0 0 0 11 0v-1" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/>' +
      '<circle cx="10.5" cy="10" r="3.4" fill="none" stroke="#fff" stroke-width="2.2"/>' +
      '<circle cx="23" cy="23" r="8.5" fill="#fff"/><circle cx="23" cy="23" r="6.5" fill="#0b9d58"/></svg>',
  );

export class RingingIcon {
  /** The link and what it said before; a page without an icon is left alone. */
  private calm: { readonly link: HTMLLinkElement; readonly href: string } | null = null;

  show(isRinging: boolean): void {
    if (isRinging === (this.calm !== null)) return;
    if (this.calm) {
      this.calm.link.href = this.calm.href;
      this.calm = null;
      return;
    }
    const link = document.querySelector<HTMLLinkElement>("link[rel~=icon]");
    if (!link) return;
    this.calm = { link, href: link.href };
    link.href = RINGING;
  }
}
