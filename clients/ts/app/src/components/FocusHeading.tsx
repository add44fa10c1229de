// A heading that takes the focus once when it appears, so that keyboard and screen reader follow a change of state.
import { Title, type TitleOrder } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";

interface Props {
  children: ReactNode;
  order?: TitleOrder;
  /** Changes when the state does; the heading takes the focus again then. */
  when?: string | number;
  className?: string | undefined;
  /** For readers only. */
  hidden?: boolean;
}

/**
 * Moves the focus to itself on mount and whenever `when` changes, never on other redraws, and not away from a field in which
 * somebody types.
 */
export function FocusHeading({ children, order = 1, when, className, hidden = false }: Props) {
  const ref = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `when` is the state whose change moves the focus
  useEffect(() => {
    const active = document.activeElement;
    const typing = active instanceof HTMLElement && active.matches("input, textarea, [contenteditable]");
    if (!typing) ref.current?.focus({ preventScroll: true });
  }, [when]);
  return (
    <Title ref={ref} order={order} tabIndex={-1} className={hidden ? "visually-hidden" : className}>
      {children}
    </Title>
  );
}
