// The SDK speaks only wss, and takes hold of WebSocket while it is loaded: so this comes first.
globalThis.WebSocket = class extends WebSocket {
  constructor(address, protocols) {
    super(address.replace(/^wss:\/\/127\.0\.0\.1/, "ws://127.0.0.1"), protocols);
  }
};
