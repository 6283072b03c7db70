// Runs before the first paint (a classic script in <head> blocks it), so that a chosen theme or language never flashes.
// It is a file of its own because the Content-Security-Policy forbids inline scripts.
(() => {
  try {
    const theme = localStorage.getItem('doorbuster.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
    const language = localStorage.getItem('doorbuster.language') ?? navigator.language;
    document.documentElement.lang = language.toLowerCase().startsWith('ko') ? 'ko' : 'en';
  } catch {
    // Storage may be forbidden; the system's theme and English are then shown.
  }
})();
