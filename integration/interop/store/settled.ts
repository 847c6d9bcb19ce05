import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RequestCode, SystemTopic } from '@rocketmq-ts/remoting/wire'
import { expectEventually } from '../../contract/eventually'
import { BrokerLink } from './broker-link'

/**
 * Resolves when the files of a running broker say that what was due has been delivered: delayed messages that a killed broker had not
 * noted as delivered are delivered once more by the next one, whose answers could then not be compared.
 */
export function untilNoted(address: string, directory: string): Promise<void> {
  return BrokerLink.with(address, async (link) => {
    const { offset } = (await link.demand(RequestCode.GET_MAX_OFFSET, { topic: SystemTopic.SCHEDULE, queueId: 0 })).header
    await expectEventually(() => {
      const noted = /"offsetTable":\{(?:[^}]*,)?\s*"?1"?:\s*(\d+)/.exec(textOf(join(directory, 'config', 'delayOffset.json')))?.[1]
      return Number(noted) === offset ? undefined : `delay level 1 at ${offset}, it is at ${noted}`
    })
    await expectEventually(() => {
      const isThere = textOf(join(directory, 'config', 'consumerOffset.json')).includes('ledger@billing')
      return isThere ? undefined : 'committed offsets in consumerOffset.json'
    })
  })
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
