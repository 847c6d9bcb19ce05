import { describe } from '@jest/globals'
import { type RocketMQOptions, type StartedRocketMQ, startRocketMQ } from '@rocketmq-ts/testcontainers'
import { appendLine, meansFor, reportNotRun } from './availability'
import { startJarProcesses } from './jar-processes'

/** The official releases that judge us. */
export const judgedVersions = ['4.9.7', '5.5.0'] as const
export type JudgedVersion = (typeof judgedVersions)[number]

/** What a suite may ask of a judge; which release and image it is, is not for the suite to choose. */
export type JudgeOptions = Omit<RocketMQOptions, 'version' | 'image'>

/** Longest time in which a judge is up on a loaded machine, for `beforeAll`. */
export const judgeStartMs = 180_000
/** The same for an orderly restart, in which 5.5.0 takes its time to shut down. */
export const judgeRestartMs = 240_000

/**
 * `describe` when the release can be started here. Otherwise `describe.skip`, with the reason said aloud and kept for the summary of
 * `npm test`; with `REQUIRE_CONTAINERS=1` that is an error instead.
 *
 *     describeJudged('5.5.0')('tag filter on 5.5.0', () => { beforeAll(async () => { judge = await startJudge('5.5.0') }, judgeStartMs) … })
 */
export function describeJudged(version: JudgedVersion): (title: string, define: () => void) => void {
  const means = meansFor(version)
  if (means.kind !== 'none') return describe
  reportNotRun(version, means.reason)
  return describe.skip
}

/** The same for what only containers can show; `what` needs them. */
export function describeInContainers(version: string, what: string): (title: string, define: () => void) => void {
  const means = meansFor(version)
  if (means.kind === 'container') return describe
  reportNotRun(version, `${what} containers: ${means.reason}`)
  return describe.skip
}

/** Starts an own nameserver and broker of the release: in containers, or from the jars where there is no container. */
export async function startJudge(version: JudgedVersion, options: JudgeOptions = {}): Promise<StartedRocketMQ> {
  const means = meansFor(version)
  if (means.kind === 'none') throw new Error(`RocketMQ ${version} cannot run here: ${means.reason}`)
  if (means.kind === 'jars') return noted(await startJarProcesses(version, means.lib, options), `because ${means.reason}`)
  // An image that no registry has tells that none is in reach, so Testcontainers must not want its own reaper image either.
  if (means.image.startsWith('rocketmq-ts/')) process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true'
  return noted(await startRocketMQ({ ...options, version, image: means.image }), 'in containers')
}

const origins = {
  'apache/rocketmq': ', the published image',
  'rocketmq-ts/official-jars': ', assembled on this machine from the published jars',
  other: ''
} as const

function noted(judge: StartedRocketMQ, how: string): StartedRocketMQ {
  const { name, id, origin } = judge.image
  appendLine('judges.txt', `${judge.version}: ${name}${origins[origin]}; id ${id}; ${how}`)
  return judge
}
