import type { Endpoint } from './network'

/** `host:port`, with brackets around an IPv6 address. */
export const formatEndpoint = ({ host, port }: Endpoint): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)

/** The endpoint in `host:port` or `[ipv6]:port`; `undefined` when the text is not one. */
export const parseEndpoint = (text: string): Endpoint | undefined => {
  const colon = text.lastIndexOf(':')
  const port = text.slice(colon + 1)
  const name = text.slice(0, colon)
  const host = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
  if (colon < 1 || host === '' || !/^\d{1,5}$/.test(port) || Number(port) > 65_535) return undefined
  return { host, port: Number(port) }
}
