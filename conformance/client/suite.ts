export async function tryClient(..._: any[]): Promise<any[]> { return []; }
