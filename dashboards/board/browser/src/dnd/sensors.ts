/** When a press becomes a drag: with a mouse anywhere on the card, with a finger only on its handle. */
import { PointerSensor, type PointerSensorOptions } from "@dnd-kit/core";
import type { PointerEvent as ReactPointerEvent } from "react";

const HANDLE = "[data-drag-handle]";
const CONTROL = "button, a, input, select, [role=menu]";

/** A finger that starts elsewhere scrolls the page; a press on a button is for the button. */
export function startsDrag(press: PointerEvent): boolean {
  if (!press.isPrimary || press.button !== 0 || !(press.target instanceof Element)) return false;
  if (press.target.closest(HANDLE)) return true;
  return press.pointerType !== "touch" && !press.target.closest(CONTROL);
}

export class CardSensor extends PointerSensor {
  static override activators = [
    {
      eventName: "onPointerDown" as const,
      handler: ({ nativeEvent }: ReactPointerEvent, { onActivation }: PointerSensorOptions): boolean => {
        if (!startsDrag(nativeEvent)) return false;
        onActivation?.({ event: nativeEvent });
        return true;
      },
    },
  ];
}
