/** A Voice SDK that connects when it is told to. */
import type { VoiceCall, VoiceDevice } from "../src/voice_device";

type Listener = (...said: unknown[]) => void;

class Speaker {
  private readonly listeners = new Map<string, Listener[]>();

  on(event: string, listener: (...said: never[]) => void): this {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener as Listener]);
    return this;
  }

  emit(event: string, ...said: unknown[]): void {
    for (const listener of this.listeners.get(event) ?? []) listener(...said);
  }
}

export class FakeVoiceCall extends Speaker implements VoiceCall {
  isMuted = false;
  isOver = false;
  digits = "";

  constructor(readonly params: Record<string, string>) {
    super();
  }

  mute(muted: boolean): void {
    this.isMuted = muted;
  }

  sendDigits(digits: string): void {
    this.digits += digits;
  }

  disconnect(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.emit("disconnect", this);
  }

  getRemoteStream(): undefined {
    return undefined;
  }
}

export class FakeDevice extends Speaker implements VoiceDevice {
  static devices: FakeDevice[] = [];
  /** How the next connects go. */
  static refuse: unknown = null;
  static hang = false;

  readonly calls: FakeVoiceCall[] = [];
  isDestroyed = false;

  constructor(
    public token: string,
    readonly options: Record<string, unknown>,
  ) {
    super();
    FakeDevice.devices.push(this);
  }

  connect({ params }: { params: Record<string, string> }): Promise<VoiceCall> {
    const call = new FakeVoiceCall(params);
    this.calls.push(call);
    if (FakeDevice.hang) return new Promise(() => undefined);
    return FakeDevice.refuse ? Promise.reject(FakeDevice.refuse as Error) : Promise.resolve(call);
  }

  updateToken(token: string): void {
    this.token = token;
  }

  destroy(): void {
    this.isDestroyed = true;
  }

  static forget(): void {
    FakeDevice.devices = [];
    FakeDevice.refuse = null;
    FakeDevice.hang = false;
  }

  static get last(): FakeDevice {
    return FakeDevice.devices[FakeDevice.devices.length - 1]!;
  }

  /** Every call ever connected, on whatever device. */
  static get joined(): FakeVoiceCall[] {
    return FakeDevice.devices.flatMap((device) => device.calls);
  }
}
