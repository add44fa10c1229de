// Timers: the digit rounds up, the last seconds stand out, and a voice speaks at few moments only.
import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { fakeSession, SAMPLE_TIME_MS } from "@trivium/client/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { draw } from "../testing/render";
import { BarTimer, RingTimer, TimerSpeech } from "./Timer";

const NOW = SAMPLE_TIME_MS;

describe("timers", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    [9000, "9"],
    [8001, "9"],
    [8000, "8"],
    [1, "1"],
    [0, "0"],
    [-500, "0"],
    [12_000, "10"],
  ])("%i ms before the end of ten seconds the digit is %s", (leftMs, digit) => {
    const session = fakeSession({ nowMs: NOW });
    draw(<RingTimer deadlineMs={NOW + leftMs} totalMs={10_000} />, session);
    const timer = screen.getByRole("timer");
    expect(timer.textContent).toBe(digit);
    expect(timer.getAttribute("aria-live")).toBe("off");
  });

  it("stands still while held, and has no digit without a limit", () => {
    const session = fakeSession({ nowMs: NOW });
    draw(<BarTimer deadlineMs={NOW + 9000} totalMs={10_000} heldMs={4200} />, session);
    expect(screen.getByRole("timer").textContent).toBe("5");
    cleanup();
    draw(<BarTimer deadlineMs={0n} totalMs={10_000} />, session);
    expect(screen.getByRole("timer").textContent).toBe("∞");
  });

  it("speaks at 30, 10 and 5 seconds, at the end, and on T", () => {
    const session = fakeSession({ nowMs: NOW });
    draw(<TimerSpeech deadlineMs={NOW + 31_000} totalMs={31_000} />, session);
    const voice = screen.getByRole("status");
    const heard: string[] = [];
    for (let second = 0; second <= 32; second++) {
      const before = voice.textContent;
      act(() => {
        session.advance(1000);
        vi.advanceTimersByTime(1000);
      });
      if (voice.textContent !== before) heard.push(voice.textContent ?? "");
    }
    expect(heard).toEqual(["30 seconds left", "10 seconds left", "5 seconds left", "Time is up"]);
  });

  it("speaks the time whenever T is pressed", () => {
    const session = fakeSession({ nowMs: NOW });
    draw(<TimerSpeech deadlineMs={NOW + 17_000} totalMs={20_000} />, session);
    expect(screen.getByRole("status").textContent).toBe("");
    fireEvent.keyDown(document, { key: "t" });
    expect(screen.getByRole("status").textContent).toBe("17 seconds left");
  });
});
