/**
 * Drag and drop for the board: the only place that knows which toolkit does it. A card is dragged by
 * its call id, a target is named by its zone, and words for screen readers come from the board.
 */
import {
  DndContext,
  DragOverlay,
  KeyboardSensor,
  MeasuringStrategy,
  useDndContext,
  useDraggable,
  useDroppable,
  useSensor,
  useSensors,
  type Announcements,
} from "@dnd-kit/core";
import { useMemo, useState, type HTMLAttributes, type ReactNode } from "react";
import { sentence } from "../format";
import { abovePointer, fromTargetToTarget, insideWindow, whereDropped } from "./modifiers";
import { CardSensor } from "./sensors";

export interface DragWords {
  readonly card: (id: string) => string;
  readonly target: (id: string) => string;
}

export interface DragAreaProps {
  readonly words: DragWords;
  /** Where a card lies now, to know that it was put back. */
  readonly homeOf: (id: string) => string | null;
  readonly onDrop: (id: string, target: string) => void;
  readonly overlay: (id: string) => ReactNode;
  readonly children: ReactNode;
}

const INSTRUCTIONS =
  "Press space to pick the call up, arrow keys to choose where it goes, space to put it down, escape to leave it.";

/** Targets are measured while dragging: zones grow and shrink as events arrive. */
const MEASURE = { droppable: { strategy: MeasuringStrategy.WhileDragging } };

/** A long list scrolls when a card is held at its edge; what the card was lifted from stays where it is. */
const SCROLL = { canScroll: (element: Element) => element.closest("[data-zone=mine]") === null };

export function DragArea({ words, homeOf, onDrop, overlay, children }: DragAreaProps) {
  const [dragged, setDragged] = useState<string | null>(null);
  const sensors = useSensors(
    useSensor(CardSensor, { activationConstraint: { distance: 6 } }),
    useSensor(KeyboardSensor, { coordinateGetter: fromTargetToTarget }),
  );
  const announcements = useMemo(() => spoken(words, homeOf), [words, homeOf]);
  const end = () => setDragged(null);
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={whereDropped}
      measuring={MEASURE}
      autoScroll={SCROLL}
      accessibility={{
        announcements,
        screenReaderInstructions: { draggable: INSTRUCTIONS },
        restoreFocus: false, // a moved card is another element; the board moves the focus itself
      }}
      onDragStart={({ active }) => setDragged(String(active.id))}
      onDragCancel={end}
      onDragEnd={({ active, over }) => {
        end();
        if (over && String(over.id) !== homeOf(String(active.id))) onDrop(String(active.id), String(over.id));
      }}
    >
      {children}
      <DragOverlay dropAnimation={null} modifiers={[abovePointer, insideWindow]} zIndex={50}>
        {dragged === null ? null : overlay(dragged)}
      </DragOverlay>
    </DndContext>
  );
}

/** "Picked up" would be wiped at once by "over …", so nothing is said while a card is over its own place. */
function spoken(words: DragWords, homeOf: (id: string) => string | null): Announcements {
  return {
    onDragStart: ({ active }) => `Picked up ${words.card(String(active.id))}.`,
    onDragOver: ({ active, over }) => {
      if (!over) return "Not over a target.";
      if (String(over.id) === homeOf(String(active.id))) return undefined;
      return `Over ${words.target(String(over.id))}.`;
    },
    onDragEnd: ({ active, over }) =>
      over && String(over.id) !== homeOf(String(active.id))
        ? sentence(`${words.card(String(active.id))} goes to ${words.target(String(over.id))}.`)
        : sentence(`${words.card(String(active.id))} was put back.`),
    onDragCancel: ({ active }) => `Left ${words.card(String(active.id))} where it was.`,
  };
}

export interface DragCard {
  /** For the whole card: a mouse may take it anywhere. */
  readonly card: HTMLAttributes<HTMLElement> & { readonly ref: (element: HTMLElement | null) => void };
  /** For the one element of it that has the focus and the keys. */
  readonly grip: HTMLAttributes<HTMLElement> & { readonly ref: (element: HTMLElement | null) => void };
  readonly isDragged: boolean;
}

export function useDragCard(id: string, disabled = false): DragCard {
  const { setNodeRef, setActivatorNodeRef, attributes, listeners, isDragging } = useDraggable({ id, disabled });
  const { onPointerDown, onKeyDown } = (listeners ?? {}) as HTMLAttributes<HTMLElement>;
  return {
    card: { ref: setNodeRef, ...(onPointerDown ? { onPointerDown } : {}) },
    grip: {
      ref: setActivatorNodeRef,
      role: "button",
      tabIndex: 0,
      "aria-roledescription": "draggable call",
      "aria-describedby": attributes["aria-describedby"],
      ...(disabled ? { "aria-disabled": true } : {}),
      ...(onKeyDown ? { onKeyDown } : {}),
    },
    isDragged: isDragging,
  };
}

/** What a card in the air is to a target: it lies there already, it may be dropped there, or neither. */
export type Welcome = "home" | "open" | "closed";

export interface DropZone {
  readonly ref: (element: HTMLElement | null) => void;
  readonly isOver: boolean;
  /** A card is in the air and could be dropped here. */
  readonly isOpen: boolean;
  /** The card that is over it and could be dropped. */
  readonly card: string | null;
}

export function useDropZone(id: string, welcomes: (cardId: string) => Welcome): DropZone {
  const { active } = useDndContext();
  const welcome = active === null ? null : welcomes(String(active.id));
  const { setNodeRef, isOver } = useDroppable({ id, disabled: welcome === "closed" });
  const isOpen = welcome === "open";
  return { ref: setNodeRef, isOver: isOver && isOpen, isOpen, card: isOver && isOpen ? String(active?.id) : null };
}
