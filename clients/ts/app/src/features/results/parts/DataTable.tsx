// A table of any length: real rows and cells, of which only those near the window are in the page.
//
// Rows above and below are two empty ones of the right height, so that the semantics of a table stay. On paper all rows are drawn.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type RefObject, useRef } from "react";
import classes from "./table.module.css";

export interface Column<Row> {
  readonly key: string;
  readonly header: ReactNode;
  /** Full name of a short header. */
  readonly title?: string;
  /** CSS width, such as `8rem`. */
  readonly width: string;
  readonly numeric?: boolean;
  readonly centred?: boolean;
  /** Names the row. */
  readonly heads?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

interface Props<Row> {
  readonly caption: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly marked?: (row: Row) => boolean;
  /** Draws every row, such as on paper. */
  readonly all?: boolean;
}

/** Height of a row, in pixels: the same in table.module.css. */
const ROW_PX = 48;
/** Tables up to this long are simply drawn. */
const SHORT = 60;
const VIEW = { width: 1000, height: 700 };

export function DataTable<Row>(props: Props<Row>) {
  return props.all === true || props.rows.length <= SHORT ? (
    <Frame {...props} rows={props.rows} first={0} before={0} after={0} />
  ) : (
    <LongTable {...props} />
  );
}

function LongTable<Row>(props: Props<Row>) {
  const scroller = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: props.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    initialRect: VIEW,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const end = (items.at(-1)?.index ?? -1) + 1;
  return (
    <Frame
      {...props}
      scroller={scroller}
      first={first}
      rows={props.rows.slice(first, end)}
      count={props.rows.length}
      before={first * ROW_PX}
      after={(props.rows.length - end) * ROW_PX}
    />
  );
}

interface FrameProps<Row> extends Props<Row> {
  readonly scroller?: RefObject<HTMLElement | null>;
  /** Position of the first row drawn. */
  readonly first: number;
  /** Rows in all, where they are not all drawn. */
  readonly count?: number;
  readonly before: number;
  readonly after: number;
}

function Frame<Row>({
  caption,
  columns,
  rows,
  keyOf,
  marked,
  scroller,
  first,
  count,
  before,
  after,
  all,
}: FrameProps<Row>) {
  return (
    <section
      ref={scroller}
      className={classes.scroll}
      data-long={count !== undefined || undefined}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
      tabIndex={0}
      aria-label={caption}
    >
      <table
        className={classes.table}
        data-all={all || undefined}
        aria-rowcount={count === undefined ? undefined : count + 1}
      >
        <caption className="visually-hidden">{caption}</caption>
        <colgroup>
          {columns.map(({ key, width }) => (
            <col key={key} style={{ width }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={count === undefined ? undefined : 1}>
            {columns.map(({ key, header, title, numeric, centred }) => (
              <th
                key={key}
                scope="col"
                title={title}
                data-numeric={numeric || undefined}
                data-centred={centred || undefined}
              >
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap height={before} span={columns.length} />
          {rows.map((row, n) => (
            <tr
              key={keyOf(row)}
              data-marked={marked?.(row) || undefined}
              aria-rowindex={count === undefined ? undefined : first + n + 2}
            >
              {columns.map(({ key, cell, numeric, centred, heads }) =>
                heads ? (
                  <th key={key} scope="row" data-numeric={numeric || undefined}>
                    {cell(row)}
                  </th>
                ) : (
                  <td key={key} data-numeric={numeric || undefined} data-centred={centred || undefined}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
          <Gap height={after} span={columns.length} />
        </tbody>
      </table>
    </section>
  );
}

function Gap({ height, span }: { height: number; span: number }) {
  return height === 0 ? null : (
    <tr className={classes.gap}>
      <td colSpan={span} style={{ height }} />
    </tr>
  );
}
