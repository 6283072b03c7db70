const paths = {
  sun: 'M12 4V2m0 20v-2m8-8h2M2 12h2m13.7-5.7 1.4-1.4M4.9 19.1l1.4-1.4m11.4 0 1.4 1.4M4.9 4.9l1.4 1.4M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0Z',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z',
  half: 'M12 3a9 9 0 1 0 0 18Zm0 0a9 9 0 0 1 0 18',
  copy: 'M9 9h10v12H9zM5 15V3h10',
  check: 'm5 12.500 4.500 4.500L19 7.500',
  ticket: 'M3 8V6h18v4a2 2 0 0 0 0 4v4H3v-4a2 2 0 0 0 0-4V8Zm11-2v3m0 3v1m0 3v2',
  bag: 'M5 8h14l1 13H4L5 8Zm4 3V6a3 3 0 0 1 6 0v5',
  door: 'M5 21V3h14v18M3 21h18M9 3v18m3-9v1',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-8 9c.6-4 3.700-6 8-6s7.400 2 8 6',
  back: 'm14 6-6 6 6 6',
  forward: 'm10 6 6 6-6 6',
  cross: 'm6 6 12 12M18 6 6 18',
  card: 'M3 6h18v12H3zM3 10h18M7 15h3',
  print: 'M7 9V3h10v6M7 17H4V9h16v8h-3M7 14h10v7H7z',
  bell: 'M6 16v-5a6 6 0 0 1 12 0v5l2 2H4l2-2Zm4 5h4',
  gear: 'M4 7h10m4 0h2M4 17h2m4 0h10M14 7a2 2 0 1 0 4 0 2 2 0 0 0-4 0ZM6 17a2 2 0 1 0 4 0 2 2 0 0 0-4 0Z',
};

export const iconNames = Object.keys(paths) as (keyof typeof paths)[];

export function Icon({ name, size = 20 }: { name: keyof typeof paths; size?: number }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
