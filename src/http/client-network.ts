/**
 * From where somebody comes, as limits count it. An IPv4 address stands for itself. Of IPv6 whoever is connected has at least 2^64 addresses and may take another one for each request, so they count
 * by the 64 bits that they cannot choose (RFC 6177: a site has a /64 or more).
 */
import ipaddr from 'ipaddr.js';

/** `192.0.2.7`, also for `::ffff:192.0.2.7`; `2001:db8:1:2::/64`. What is no address, as some proxies tell, stays as it is. */
export function networkOf(address: string): string {
  if (!address.includes(':') || !ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  const prefix = parsed.parts.slice(0, 4).map((part) => part.toString(16));
  return `${prefix.join(':')}::/64`;
}
