import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, release as kernel, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { type BenchOptions, commandOf } from '../options'
import type { Cores } from '../process/cpu-set'
import { type Machine, root } from '../requirements'
import { figure } from './format'
import type { Facts } from './markdown'

/** The moment before a run. */
export interface Begun {
  readonly at: Date
  /** Processes that ran or wanted to, on average of the last minute: what this run had to share the machine with. */
  readonly loadAverage: number
}

/** Where, when and how a run was made. */
export function factsOf(options: BenchOptions, machine: Machine, cores: Cores | undefined, begun: Begun): Facts {
  const { plan, release, javaHeader } = options
  return [
    [
      'date',
      `${begun.at.toISOString().slice(0, 16).replace('T', ' ')} UTC, ${Math.round((Date.now() - begun.at.getTime()) / 1000)} s; load average before it ${begun.loadAverage.toFixed(2)}`
    ],
    ['machine', `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${figure(totalmem() / 2 ** 30)} GiB, ${type()} ${kernel()}`],
    ['versions', `rocketmq-ts ${ownVersion()}, Node.js ${process.version}, ali-ons ${versionOf('ali-ons')}`],
    [
      'official',
      `Apache RocketMQ ${release} on ${machine.javaVersion ?? 'no Java'}: broker and client 2 GiB heap, G1, ASYNC_FLUSH, client headers ${javaHeader}`
    ],
    [
      'cores',
      cores === undefined
        ? 'not pinned'
        : `servers on core ${cores.server.list}, clients on core ${cores.client.list}, official nameserver on ${cores.others.list}`
    ],
    [
      'method',
      `${plan.rounds} rounds of ${plan.seconds} s per cell, rows in turn; warm-up ${plan.javaWarmUpSeconds} s per JVM and ${plan.nodeWarmUpSeconds} s per Node.js process; a topic of 8 queues per row`
    ],
    ['again', `\`${commandOf(options)}\``]
  ]
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' })
  return commit.status === 0 ? `${version} (${commit.stdout.trim()})` : version
}

function versionOf(name: string): string {
  return (createRequire(__filename)(`${name}/package.json`) as { version: string }).version
}
