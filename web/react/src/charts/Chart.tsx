import { t } from '@pilothouse/core';
import {
  decimate,
  indexAt,
  moveCursor,
  spokenPoint,
  summary,
  tableOf,
  type ChartData,
} from '@pilothouse/core/charts';
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { Button } from '../components/Button';
import { useZone } from '../hooks/useTime';
import { optionsOf, rowsOf } from './options';
import { useThemeChange } from './useThemeChange';

interface ChartProps {
  chart: ChartData;
  height: number;
  /** Charts of one group share the cursor. */
  group?: string;
}

const pointsPerPixel = 2;

/** A picture with words for it, and the numbers as a table for whoever wants them. */
export function Chart({ chart, height, group }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const zone = useZone();
  const titleId = useId();
  return (
    <figure className="grid min-w-0 gap-1.5" aria-labelledby={titleId}>
      <div className="flex flex-wrap items-center gap-x-3">
        <figcaption id={titleId} className="font-semibold">
          {chart.title} <span className="font-normal text-muted">{chart.unit}</span>
        </figcaption>
        <Legend chart={chart} />
        <Button
          kind="quiet"
          className="ms-auto min-h-6 text-small text-accent"
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? t.chart.asChart : t.chart.asTable}
        </Button>
      </div>
      {asTable ? (
        <DataTable chart={chart} zone={zone} height={height} />
      ) : (
        <Plot chart={chart} zone={zone} height={height} group={group} />
      )}
    </figure>
  );
}

function Plot({ chart, zone, height, group }: ChartProps & { zone: string }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [width, setWidth] = useState(0);
  const [at, setAt] = useState<number | null>(null); // the time that the keyboard is at
  const theme = useThemeChange();
  const shown = useMemo(() => decimate(chart, Math.max(200, width * pointsPerPixel)), [chart, width]);
  const newest = useRef(shown);
  newest.current = shown;
  const shape = chart.lines.map((line) => line.id).join();

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // What the plot is made of changes seldom; measurements are handed to the one that is there.
  useEffect(() => {
    const element = box.current;
    if (!element || width === 0) return;
    plot.current = new uPlot(
      optionsOf(() => newest.current, { width, height, zone, group }),
      rowsOf(newest.current),
      element,
    );
    return () => {
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape, width, height, zone, group, theme]);

  useEffect(() => {
    plot.current?.setData(rowsOf(shown));
  }, [shown]);

  const index = at === null ? null : indexAt(shown.times, at);
  useEffect(() => {
    const made = plot.current;
    if (!made) return;
    const time = index === null ? undefined : shown.times[index];
    made.setCursor(
      time === undefined ? { left: -10, top: -10 } : { left: made.valToPos(time / 1000, 'x'), top: 0 },
    );
  }, [index, shown]);

  function onKeyDown(event: KeyboardEvent) {
    const next = moveCursor(event.key, index, shown.times.length);
    if (next === undefined) return;
    event.preventDefault();
    setAt(shown.times[next] ?? null);
  }

  const last = Math.max(0, shown.times.length - 1);
  return (
    <div className="relative">
      <div
        role="slider"
        tabIndex={0}
        aria-label={t.chart.cursor(chart.title)}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={index ?? last}
        aria-valuetext={spokenPoint(shown, index ?? last, zone)}
        onKeyDown={onKeyDown}
        onBlur={() => setAt(null)}
        className="pointer-events-none absolute inset-0 z-10 rounded"
      />
      <div
        ref={box}
        role="img"
        aria-label={summary(chart, zone)}
        className="min-w-0 overflow-hidden"
        style={{ height }}
      />
    </div>
  );
}

function Legend({ chart }: { chart: ChartData }) {
  const lines = chart.lines.filter((line) => line.kind === 'line' || line.kind === 'limit');
  if (lines.length < 2) return null;
  return (
    <ul aria-hidden="true" className="flex flex-wrap gap-x-3 text-small text-muted">
      {lines.map((line) => (
        <li key={line.id} className="inline-flex items-center gap-1.5">
          <svg width="16" height="8">
            <line
              x1="0"
              y1="4"
              x2="16"
              y2="4"
              stroke={`var(--series-${line.tone})`}
              strokeWidth="2"
              strokeDasharray={line.kind === 'limit' ? '4 3' : line.tone === 'old' ? '8 2' : undefined}
            />
          </svg>
          {line.label}
        </li>
      ))}
    </ul>
  );
}

function DataTable({ chart, zone, height }: { chart: ChartData; zone: string; height: number }) {
  const { head, rows, total } = tableOf(chart, zone);
  return (
    <div
      className="overflow-auto rounded border border-line"
      style={{ maxHeight: height }}
      tabIndex={0}
      role="region"
      aria-label={chart.title}
    >
      <table className="table">
        <caption className="sr-only">{summary(chart, zone)}</caption>
        <thead>
          <tr>
            {head.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={`${row[0]} ${rows.length - index}`}>
              {row.map((cell, column) => (
                <td key={head[column]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length < total && <p className="hint p-2">{t.chart.rows(rows.length, total)}</p>}
    </div>
  );
}
