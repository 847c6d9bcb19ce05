import { readFileSync } from 'node:fs'

/** Cores, as `taskset -c` names them: `0`, `2-3`, `1,3`. */
export interface CpuSet {
  readonly list: string
}

/** Which cores which side has. */
export interface Cores {
  readonly server: CpuSet
  readonly client: CpuSet
  /** For what is not measured: the official nameserver. */
  readonly others: CpuSet
}

/** The cores this process may use, from /proc/self/status. */
export function allowedCores(status = readFileSync('/proc/self/status', 'utf8')): readonly number[] {
  const list = /^Cpus_allowed_list:\s+(\S+)$/m.exec(status)?.[1] ?? ''
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })
}

/** One core for the server, one for the client, the rest for the others. @throws when there are less than two */
export function divideCores(cores: readonly number[]): Cores {
  const [server, client, ...rest] = cores
  if (server === undefined || client === undefined) throw new Error('two cores are needed, one for each side')
  return {
    server: { list: `${server}` },
    client: { list: `${client}` },
    others: { list: rest.length === 0 ? `${client}` : rest.join(',') }
  }
}
