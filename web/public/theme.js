// Runs before the first paint (a classic script in <head> blocks it), so that a chosen theme or language never flashes, and asks for the texts in that
// language while the rest of the page is still on its way. It is a file of its own because the Content-Security-Policy forbids inline scripts.
(() => {
  const page = document.documentElement;
  let language = navigator.language;
  try {
    const theme = localStorage.getItem('doorbuster.theme');
    if (theme === 'light' || theme === 'dark') page.dataset.theme = theme;
    language = localStorage.getItem('doorbuster.language') ?? language;
  } catch {
    // Storage may be forbidden; the system's theme and language are then shown.
  }
  page.lang = language.toLowerCase().startsWith('ko') ? 'ko' : 'en';
  const texts = document.currentScript.dataset[page.lang];
  if (texts) document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', href: texts }));
})();
