/** `ours` keeps messages in memory, the others of ours on disk. */
export type OurServerKind = 'ours' | 'ours-disk' | 'ours-disk-sync'
export type ServerKind = 'echo' | OurServerKind | 'official'
export type ClientKind = 'echo' | 'ours' | 'java' | 'ali-ons'

/** How large the bodies are, and how many messages wait for their answer at a time. */
export interface Cell {
  readonly bytes: number
  readonly inFlight: number
}

interface Pair {
  readonly id: string
  readonly title: string
  readonly client: ClientKind
  readonly server: ServerKind
}

/** A client that sends. `mode` is the official client's: threads that wait, or callbacks. */
export interface SendRow extends Pair {
  readonly kind: 'send'
  readonly mode: 'sync' | 'async'
}

/** A client that pulls a filled topic, 32 messages at a time. */
export interface PullRow extends Pair {
  readonly kind: 'pull'
}

/** Start to listening, and memory at rest. */
export interface StartRow {
  readonly kind: 'start'
  readonly id: string
  readonly title: string
  readonly server: 'ours' | 'ours-disk' | 'official'
}

/** Start and stop of a whole test cluster in process. */
export interface ClusterRow {
  readonly kind: 'cluster'
  readonly id: string
  readonly title: string
}

export type Row = SendRow | PullRow | StartRow | ClusterRow

const send = (id: string, title: string, client: ClientKind, server: ServerKind, mode: SendRow['mode'] = 'async'): SendRow => ({
  kind: 'send',
  id,
  title,
  client,
  server,
  mode
})

const pull = (id: string, title: string, client: ClientKind, server: ServerKind): PullRow => ({ kind: 'pull', id, title, client, server })

export const sendRows: readonly SendRow[] = [
  send('echo', 'raw TCP echo of the same frames', 'echo', 'echo'),
  send('ours-ours', 'our client → our broker', 'ours', 'ours'),
  send('ours-disk', 'our client → our broker on disk', 'ours', 'ours-disk'),
  send('ours-disk-sync', 'our client → our broker on disk, SYNC_FLUSH', 'ours', 'ours-disk-sync'),
  send('ours-official', 'our client → official broker', 'ours', 'official'),
  send('java-sync-official', 'Java client, threads → official broker', 'java', 'official', 'sync'),
  send('java-async-official', 'Java client, async → official broker', 'java', 'official', 'async'),
  send('java-sync-ours', 'Java client, threads → our broker', 'java', 'ours', 'sync'),
  send('java-async-ours', 'Java client, async → our broker', 'java', 'ours', 'async'),
  send('ali-ons-ours', 'ali-ons → our broker', 'ali-ons', 'ours'),
  send('ali-ons-official', 'ali-ons → official broker', 'ali-ons', 'official')
]

export const pullRows: readonly PullRow[] = [
  pull('pull-ours-ours', 'our client ← our broker', 'ours', 'ours'),
  pull('pull-ours-official', 'our client ← official broker', 'ours', 'official'),
  pull('pull-java-official', 'Java client ← official broker', 'java', 'official'),
  pull('pull-java-ours', 'Java client ← our broker', 'java', 'ours')
]

export const startRows: readonly StartRow[] = [
  { kind: 'start', id: 'start-ours', title: 'our nameserver and broker, one process', server: 'ours' },
  { kind: 'start', id: 'start-ours-disk', title: 'the same, an empty store on disk', server: 'ours-disk' },
  { kind: 'start', id: 'start-official', title: 'official nameserver and broker, two processes', server: 'official' }
]

export const clusterRow: ClusterRow = { kind: 'cluster', id: 'cluster', title: '`startCluster` of @rocketmq-ts/testing' }

export const allRows: readonly Row[] = [...sendRows, ...pullRows, ...startRows, clusterRow]

/** Whether our broker keeps messages in memory; the official one writes them to its commit log on disk. */
export function isMemoryStore(row: Row): boolean {
  return (row.kind === 'send' || row.kind === 'pull') && row.server === 'ours'
}

/** Rows with our store on disk. */
export function isDiskStore(row: Row): boolean {
  return (row.kind === 'send' || row.kind === 'pull') && (row.server === 'ours-disk' || row.server === 'ours-disk-sync')
}

export function cellName({ bytes, inFlight }: Cell): string {
  return `${bytes}x${inFlight}`
}
