/** A door standing ajar, with light behind it. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" class="logo">
      <rect width="32" height="32" rx="8" class="logo-wall" />
      <path d="M8 7h16v19H8z" fill="#ffd9a8" />
      <path d="M8 7l10 3.6v18.8L8 26z" fill="#f0521f" />
      <circle cx="15.2" cy="19" r="1.5" fill="#1a1815" />
    </svg>
  );
}
