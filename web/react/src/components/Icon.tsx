// Strokes on a grid of 16, in the colour of the text around.
const paths = {
  dashboard: 'M2.5 2.5h4.5v5.5H2.5zM9 2.5h4.5V6H9zM9 8.5h4.5v5H9zM2.5 10.5H7v3H2.5z',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01',
  audit: 'M4 2.5h6l2.5 2.5v8.5H4zM6 7h4.5M6 9.5h4.5',
  search: 'M7 12a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM10.7 10.7 14 14',
  menu: 'M2.5 4h11M2.5 8h11M2.5 12h11',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  check: 'M3 8.5 6.5 12 13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  dot: 'M8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  ring: 'M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3z',
  half: 'M8 3a5 5 0 1 0 0 10zM8 3a5 5 0 0 1 0 10',
  warning: 'M8 2.5 14.5 13.5h-13zM8 6.5v3.2M8 11.7h.01',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  off: 'M8 2.5v5M4.7 4.3a5 5 0 1 0 6.6 0',
  question: 'M6 6a2 2 0 1 1 2.7 1.9c-.5.2-.7.5-.7 1.1v.4M8 12h.01',
  back: 'M9.5 3.5 5 8l4.5 4.5',
  forth: 'M6.5 3.5 11 8l-4.5 4.5',
  down: 'M3.5 6 8 10.5 12.5 6',
  up: 'M3.5 10 8 5.5 12.5 10',
  play: 'M5 3.5v9l7-4.5z',
  clock: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3l2 1.5',
  settings: 'M2.5 5h6M11.5 5h2M2.5 11h2M7.5 11h6M10 3.5v3M6 9.5v3',
  flag: 'M4 14V2.5h8l-2 3 2 3H4',
  rocket: 'M8 13.5V5M4.5 8.5 8 5l3.5 3.5M4.5 2.5h7',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      className="shrink-0"
    >
      <path d={paths[name]} />
    </svg>
  );
}
