/** dnd-kit's geometry, corrected where it does not suit a board of zones. */
import { pointerWithin, rectIntersection, type CollisionDetection, type KeyboardCoordinateGetter, type Modifier } from "@dnd-kit/core";

const ABOVE = 10;

/** Right above the pointer: the overlay hides neither the target's name nor is it hidden by a finger. */
export const abovePointer: Modifier = ({ activatorEvent, activeNodeRect, overlayNodeRect, transform }) => {
  if (!activeNodeRect || !overlayNodeRect || !(activatorEvent instanceof PointerEvent)) return transform;
  const grabbedAt = { x: activatorEvent.clientX - activeNodeRect.left, y: activatorEvent.clientY - activeNodeRect.top };
  return {
    ...transform,
    x: transform.x + grabbedAt.x - overlayNodeRect.width / 2,
    y: transform.y + grabbedAt.y - overlayNodeRect.height - ABOVE,
  };
};

/** On a narrow screen the card in the air stays wholly in sight. */
export const insideWindow: Modifier = ({ overlayNodeRect, windowRect, activeNodeRect, transform }) => {
  if (!overlayNodeRect || !windowRect || !activeNodeRect) return transform;
  const [leftmost, rightmost] = [8 - activeNodeRect.left, windowRect.width - 8 - overlayNodeRect.width - activeNodeRect.left];
  return { ...transform, x: Math.max(leftmost, Math.min(transform.x, Math.max(leftmost, rightmost))) };
};

/** The pointer says where it is; a card moved by keys lies where it lies. */
export const whereDropped: CollisionDetection = (seen) =>
  seen.pointerCoordinates ? pointerWithin(seen) : rectIntersection(seen);

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Arrow keys go from one open target to the next; steps of some pixels would lead nowhere. */
export const fromTargetToTarget: KeyboardCoordinateGetter = (event, { context }) => {
  const step = STEPS[event.code];
  if (!step || !context.collisionRect) return undefined;
  event.preventDefault();
  const targets = context.droppableContainers
    .getEnabled()
    .flatMap(({ id, rect }) => (rect.current ? [{ id, rect: rect.current }] : []))
    .sort((a, b) => a.rect.left - b.rect.left || a.rect.top - b.rect.top);
  if (targets.length === 0) return undefined;
  const here = targets.findIndex(({ id }) => id === context.over?.id);
  const next = targets[here < 0 ? (step > 0 ? 0 : targets.length - 1) : (here + step + targets.length) % targets.length]!;
  return {
    x: next.rect.left + (next.rect.width - context.collisionRect.width) / 2,
    y: next.rect.top + (next.rect.height - context.collisionRect.height) / 2,
  };
};
