// Our chart data as uPlot wants it.
import { clockTime } from '@pilothouse/core';
import type { ChartData, Line } from '@pilothouse/core/charts';
import uPlot from 'uplot';

interface Frame {
  width: number;
  height: number;
  zone: string;
  group?: string;
}

export function rowsOf(chart: ChartData): uPlot.AlignedData {
  return [chart.times.map((ms) => ms / 1000), ...chart.lines.map((line) => line.values)];
}

/** `chart` is asked again at each drawing: the marks in it grow. */
export function optionsOf(chart: () => ChartData, { width, height, zone, group }: Frame): uPlot.Options {
  const { lines, format } = chart();
  const colour = colours();
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui',
    gap: 6,
  };
  return {
    width,
    height,
    legend: { show: false },
    padding: [14, 30, 0, 0], // half of a time fits beside the last
    cursor: { y: false, points: { size: 6 }, sync: group ? { key: group } : undefined },
    scales: {
      x: { time: true, range: (_, begin, end) => spanOf(chart().times, begin, end) },
      y: { range: (_, low, high) => rangeOf(low, high, lines) },
    },
    axes: [
      {
        ...axis,
        values: (_, splits) => splits.map((seconds) => tickOf(seconds * 1000, splits, zone)),
        space: 80,
        size: 26,
      },
      { ...axis, values: (_, splits) => splits.map((value) => format(value)), size: 64, space: 32 },
    ],
    series: [{}, ...lines.map((line) => seriesOf(line, colour))],
    bands: bandsOf(lines, colour),
    hooks: { draw: [(plot) => drawMarks(plot, chart(), colour('--muted'), colour('--line'))] },
    plugins: [tooltip(chart, zone)],
  };
}

const leastSpan = 10;

/** A single measurement stands in the middle of a few seconds, rather than at the beginning of a day. */
function spanOf(times: readonly number[], begin: number | null, end: number | null): [number, number] {
  const [only = 0] = times;
  if (times.length === 1) return [only / 1000 - leastSpan / 2, only / 1000 + leastSpan / 2];
  return [begin ?? 0, end ?? leastSpan];
}

const hour = 3600;

/** Seconds are said only where they tell ticks apart. */
function tickOf(ms: number, splits: number[], zone: string): string {
  const long = splits.length > 1 && splits.at(-1)! - splits[0]! > hour;
  return long ? clockTime(ms, zone).slice(0, 5) : clockTime(ms, zone);
}

type Colour = (name: string, alpha?: number) => string;

/** The style sheet's colours as a canvas takes them, light-dark() resolved. */
function colours(): Colour {
  const known = new Map<string, string>();
  for (const name of ['--muted', '--line', '--series-new', '--series-old', '--series-limit']) {
    const probe = document.createElement('span'); // one for each: a colour that changes may be on its way, in a transition
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    known.set(name, getComputedStyle(probe).color);
    probe.remove();
  }
  return (name, alpha) => {
    const found = known.get(name) ?? 'gray';
    return alpha === undefined ? found : found.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
  };
}

/** From zero, so that a small change does not look like a large one; limits that are still wide do not flatten the lines. */
function rangeOf(low: number | null, high: number | null, lines: Line[]): [number, number] {
  if (low === null || high === null) return [0, 1];
  const drawn = lines
    .filter((line) => line.kind === 'line' || line.kind === 'limit')
    .flatMap((line) => line.values.filter((value) => value !== null));
  const top = drawn.length > 0 ? Math.max(...drawn) : high;
  return [Math.min(0, low), Math.max(Math.min(high, top * 1.6), top * 1.1, 0.5)];
}

function seriesOf(line: Line, colour: Colour): uPlot.Series {
  const stroke = colour(`--series-${line.tone}`);
  const common = { label: line.label, spanGaps: false, points: { show: false } };
  switch (line.kind) {
    case 'line':
      return {
        ...common,
        stroke,
        width: 2,
        dash: line.tone === 'old' ? [10, 3] : undefined,
        points: { show: line.values.length < 3, size: 5 },
      };
    case 'limit':
      return { ...common, stroke, width: 1.5, dash: [5, 4] };
    default:
      return { ...common, stroke: colour(`--series-${line.tone}`, 0.4), width: 1 };
  }
}

function bandsOf(lines: Line[], colour: Colour): uPlot.Band[] {
  return lines.flatMap((line, index) => {
    const low = lines.findIndex((other) => other.kind === 'low' && other.tone === line.tone);
    if (line.kind !== 'high' || low < 0) return [];
    return [
      { series: [index + 1, low + 1] as [number, number], fill: colour(`--series-${line.tone}`, 0.12) },
    ];
  });
}

function drawMarks(plot: uPlot, chart: ChartData, text: string, line: string): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.font = `${11 * scale}px system-ui`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  let free = -Infinity;
  for (const mark of chart.marks) {
    const x = Math.round(plot.valToPos(mark.time / 1000, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.fillStyle = line;
    ctx.fillRect(x, bbox.top, scale, bbox.height);
    if (x < free) continue;
    ctx.fillStyle = text;
    const wide = ctx.measureText(mark.label).width;
    ctx.fillText(mark.label, Math.min(x + 2 * scale, bbox.left + bbox.width - wide), bbox.top - scale);
    free = x + wide + 8 * scale;
  }
  ctx.restore();
}

/** The values under the cursor. */
function tooltip(chart: () => ChartData, zone: string): uPlot.Plugin {
  const box = document.createElement('div');
  box.className = 'chart-tip';
  return {
    hooks: {
      init: (plot) => void plot.over.append(box),
      setCursor: (plot) => {
        const { idx, left } = plot.cursor;
        const { times, lines, format } = chart();
        const time = idx == null ? undefined : times[idx];
        box.hidden = time === undefined || left == null || left < 0;
        if (time === undefined || idx == null || left == null) return;
        const values = lines.flatMap((line) => {
          const value = line.values[idx];
          return (line.kind === 'line' || line.kind === 'limit') && value != null
            ? [`${line.label}: ${format(value)}`]
            : [];
        });
        box.textContent = [clockTime(time, zone), ...values].join('\n');
        const onRight = left > plot.over.clientWidth / 2;
        box.style.left = onRight ? '' : `${left + 10}px`;
        box.style.right = onRight ? `${plot.over.clientWidth - left + 10}px` : '';
      },
    },
  };
}
