/** Fills in shop.conf.template, as the entry point of nginx's image does in a container. */
import { readFileSync } from 'node:fs';

export interface ShopPlan {
  /** What stands after `listen`: `127.0.0.1:8080`. */
  readonly listen: readonly string[];
  /** `host:port` of each gateway. */
  readonly gateways: readonly string[];
}

const TEMPLATE = new URL('shop.conf.template', import.meta.url);

/** After a failure, a gateway is passed over for a second, so that one that is started again is soon back. */
export const GATEWAY_PARAMETERS = 'max_fails=1 fail_timeout=1s';

export function shopConfig({ listen, gateways }: ShopPlan): string {
  return fillIn({
    DOORBUSTER_LISTEN: listen.map((where) => `listen ${where};`).join(' '),
    DOORBUSTER_GATEWAYS: gateways.map((address) => `server ${address} ${GATEWAY_PARAMETERS};`).join(' '),
  });
}

/** Throws when a variable has no value. */
export function fillIn(values: Readonly<Record<string, string>>): string {
  return readFileSync(TEMPLATE, 'utf8').replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`shop.conf.template asks for ${name}`);
    return value;
  });
}
