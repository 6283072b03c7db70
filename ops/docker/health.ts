/** The image's health check: ends with 0 while the process in this container answers /livez. */
const { PORT, TLS_KEY_FILE } = process.env;

// Its certificate is for the shop's name, not for 127.0.0.1, which nobody else can be.
if (TLS_KEY_FILE) process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';

try {
  const response = await fetch(`${TLS_KEY_FILE ? 'https' : 'http'}://127.0.0.1:${PORT || 8080}/livez`);
  process.exitCode = response.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
