/** Where a picture can lie: on another site by https, or on this one. `//host` and `/\host` are other sites too, as browsers read them. */
const address = /^(?:https:\/\/[^\s/\\?#@:]+(?::\d{1,5})?(?:[/?#][^\s\\]*)?|\/[^\s/\\][^\s\\]*)$/;

export function isPictureAddress(typed: string): boolean {
  const text = typed.trim();
  return address.test(text) && URL.canParse(text, 'https://this.site');
}
