/**
 * Lets the Voice SDK reach a carrier on this machine without TLS. The SDK always asks for wss:// and
 * keeps the WebSocket class it finds when it is evaluated, so this must be the first import of a bundle.
 */

const LOCAL = /^wss:\/\/(localhost|127\.0\.0\.1)(?=[:/]|$)/;

export function plainIfLocal(url: string | URL, pageProtocol: string): string {
  const asked = String(url);
  return pageProtocol === "http:" ? asked.replace(LOCAL, "ws://$1") : asked;
}

const shimmed = Symbol.for("patchbay.websocket");

type Marked = typeof WebSocket & { [shimmed]?: true };

if (typeof WebSocket !== "undefined" && !(WebSocket as Marked)[shimmed]) {
  const Original = WebSocket;
  const Shim = class extends Original {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(plainIfLocal(url, location.protocol), protocols);
    }
  };
  (Shim as Marked)[shimmed] = true;
  globalThis.WebSocket = Shim;
}
