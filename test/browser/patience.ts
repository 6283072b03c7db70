/** What tests of pages wait for is waited for this long: a shared machine may stand still for a while. */
export const patienceMs = 40_000;
/** Of a server or a browser. */
export const startMsMax = 240_000;
