/** Does something as long as an element is on the screen, scrolled into view; one observer for all of them. */

type Stop = () => void;

const watched = new Map<Element, { readonly begin: () => Stop; stop: Stop | null }>();
let observer: IntersectionObserver | null = null;

export function whileSeen(element: Element, begin: () => Stop): Stop {
  if (typeof IntersectionObserver === "undefined") return begin();
  observer ??= new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => turn(target, isIntersecting)));
  watched.set(element, { begin, stop: null });
  observer.observe(element);
  return () => {
    turn(element, false);
    watched.delete(element);
    observer?.unobserve(element);
  };
}

function turn(element: Element, isSeen: boolean): void {
  const known = watched.get(element);
  if (!known || isSeen === (known.stop !== null)) return;
  if (known.stop) {
    known.stop();
    known.stop = null;
  } else {
    known.stop = known.begin();
  }
}
