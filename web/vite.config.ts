import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { catalogues } from './catalogues.ts';
import { compress } from './compress.ts';

const serverUrl = process.env['DOORBUSTER_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: dirname(fileURLToPath(import.meta.url)),
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The weight test and the server's preload headers read which chunk needs which from the manifest.
    manifest: true,
    // Browsers without modulepreload still work, only a little later: not worth a polyfill's bytes for everyone.
    modulePreload: { polyfill: false },
    // The Content-Security-Policy allows files of our own origin; a separate file is also cached separately.
    assetsInlineLimit: 0,
    reportCompressedSize: true,
    // What a first visit needs, with all that this needs in turn, is one file: what other pages share with it would else be cut out of it, piece by piece.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', test: /\/src\/application\.tsx$/ }] } } },
  },
  plugins: [catalogues(), compress()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: { proxy: { '/v1': { target: serverUrl, ws: true }, '/pictures': { target: serverUrl } } },
});
