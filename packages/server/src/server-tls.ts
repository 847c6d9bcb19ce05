import type { ConnectOptions, ListenOptions, Network, TlsMode, TlsOptions } from 'net-ts-protocol-kit'

/** How a server speaks TLS, on both of its ports. */
export interface ServerTlsOptions extends Pick<TlsOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'requestCert' | 'rejectUnauthorized'> {
  /**
   * Who may come in, told apart on one port: `disabled`, only who does not speak TLS; `permissive`, everybody, as official servers do unless
   * told otherwise; `enforcing`, only who does. Default `enforcing`.
   */
  readonly mode?: TlsMode
}

export const TLS_MODES: readonly TlsMode[] = ['disabled', 'permissive', 'enforcing']
const KNOWN: ReadonlySet<string> = new Set(['mode', 'ca', 'cert', 'key', 'passphrase', 'requestCert', 'rejectUnauthorized'])

/** What is wrong with these settings, if anything. */
export function tlsProblem(tls: ServerTlsOptions): string | undefined {
  if (typeof tls !== 'object' || tls === null) return 'must be an object with cert and key'
  const unknown = Object.keys(tls).find((name) => !KNOWN.has(name))
  if (unknown !== undefined) return `there is no ${unknown} in it, only ${[...KNOWN].join(', ')}`
  const { mode = 'enforcing', cert, key } = tls
  if (!TLS_MODES.includes(mode)) return `mode must be one of ${TLS_MODES.join(', ')}`
  if (mode !== 'disabled' && (cert === undefined || key === undefined)) return `mode ${mode} needs cert and key`
  return undefined
}

/** The network whose ports speak TLS. The broker reaches its nameserver over it as well. */
export function securedNetwork(network: Network, { mode = 'enforcing', ...tls }: ServerTlsOptions): Network {
  return {
    connect: (options: ConnectOptions) => network.connect(mode === 'enforcing' ? { ...options, tls: toOurselves(tls) } : options),
    listen: (options: ListenOptions, accept) =>
      network.listen({ ...options, tlsMode: mode, ...(mode === 'disabled' ? {} : { tls }) }, accept),
    resolve: (host: string) => network.resolve(host),
    localAddresses: () => network.localAddresses()
  }
}

/** Both ends are in this process and show the same certificate: there is nobody else to vouch for it. */
function toOurselves({ cert, key, passphrase }: TlsOptions): TlsOptions {
  return {
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    rejectUnauthorized: false
  }
}
