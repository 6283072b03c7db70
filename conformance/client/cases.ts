export const CLIENT_CASES = [];
