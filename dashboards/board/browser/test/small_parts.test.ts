import { describe, expect, it } from "vitest";
import { duration, initials, listed, phoneNumber, timeOfDay } from "../src/format";
import { microphoneProblem, askForMicrophone } from "../src/microphone";
import { plainIfLocal } from "../src/shim";
import { whereNext } from "../src/sign_in";
import { troubleOf } from "../src/voice_device";

describe("the shim", () => {
  it("leaves TLS out only for this machine, and only on a plain page", () => {
    expect(plainIfLocal("wss://localhost:8081/signal", "http:")).toBe("ws://localhost:8081/signal");
    expect(plainIfLocal("wss://127.0.0.1/signal", "http:")).toBe("ws://127.0.0.1/signal");
    expect(plainIfLocal("wss://localhost:8081/signal", "https:")).toBe("wss://localhost:8081/signal");
    expect(plainIfLocal("wss://voice-js.roaming.twilio.com/signal", "http:")).toBe("wss://voice-js.roaming.twilio.com/signal");
    expect(plainIfLocal("wss://localhost.example/signal", "http:")).toBe("wss://localhost.example/signal");
  });
});

describe("a phone number", () => {
  it.each([
    ["+15557654321", "+1 555 765 4321"],
    ["+442079460958", "+44 20 7946 0958"],
    ["+447700900123", "+44 7700 900 123"],
    ["+33123456789", "+33 1 23 45 67 89"],
    ["+493012345678", "+49 30 1234 5678"],
    ["+4930123456", "+49 30 123 456"],
    ["+4915112345678", "+49 151 123 456 78"],
    ["+35312345678", "+353 123 456 78"],
    ["+79161234567", "+7 916 123 4567"],
    ["anonymous", "Number withheld"],
    ["", "Number withheld"],
    ["sip:ana@example.com", "sip:ana@example.com"],
  ])("%s reads %s", (raw, read) => {
    expect(phoneNumber(raw)).toBe(read);
  });
});

describe("times and names", () => {
  it("are short", () => {
    expect(duration(-5)).toBe("0:00");
    expect(duration(67_999)).toBe("1:07");
    expect(duration(3_723_000)).toBe("1:02:03");
    expect(initials("Ana de la Ruiz")).toBe("AR");
    expect(initials("Ana")).toBe("A");
    expect(listed(["Ana", "Ben", "Cleo"])).toBe("Ana, Ben and Cleo");
  });

  it("say the day when it was not today", () => {
    const now = new Date(2026, 10, 23, 10, 0).getTime();
    expect(timeOfDay(now - 60_000, now)).not.toContain(",");
    expect(timeOfDay(now - 86_400_000 * 2, now)).toContain(",");
  });
});

describe("the microphone", () => {
  it("is asked for and let go at once", async () => {
    let stopped = 0;
    const stream = { getTracks: () => [{ stop: () => (stopped += 1) }] } as unknown as MediaStream;
    expect(await askForMicrophone({ getUserMedia: () => Promise.resolve(stream) })).toBe("ready");
    expect(stopped).toBe(1);
  });

  it.each([
    ["NotAllowedError", "blocked"],
    ["NotFoundError", "missing"],
    ["NotReadableError", "busy"],
  ])("%s means %s", async (name, told) => {
    expect(microphoneProblem(name)).toBe(told);
    expect(await askForMicrophone({ getUserMedia: () => Promise.reject(new DOMException("", name)) })).toBe(told);
  });
});

describe("the SDK's errors", () => {
  it("are told apart by what they ask of us", () => {
    expect(troubleOf({ code: 20104 })).toBe("token");
    expect(troubleOf({ code: 31401 })).toBe("microphone-blocked");
    expect(troubleOf({ code: 31402 })).toBe("microphone-busy");
    expect(troubleOf({ code: 53000 })).toBe("line");
    expect(troubleOf(undefined)).toBe("line");
  });
});

describe("after signing in", () => {
  const page = "http://localhost:8080/sign-in";

  it.each([
    ["?next=/panel/board", "http://localhost:8080/panel/board"],
    ["", "http://localhost:8080/"],
    ["?next=//evil.example", "http://localhost:8080/"],
    ["?next=/%5Cevil.example", "http://localhost:8080/"],
    ["?next=/%09/evil.example", "http://localhost:8080/"],
    ["?next=https://evil.example", "http://localhost:8080/"],
    ["?next=javascript:alert(1)", "http://localhost:8080/"],
    ["?next=/.//evil.example", "http://localhost:8080//evil.example"],
  ])("%s leads to a page of ours", (search, leads) => {
    expect(whereNext(search, page)).toBe(leads);
  });
});
