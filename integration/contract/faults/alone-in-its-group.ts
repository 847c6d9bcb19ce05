import { Code } from '../tap/frame'
import { instead } from '../tap/wire-tap'
import { onAnswer, type PlantedFault } from './wire-faults'

/** A member is told that its group has no other members, so it takes every queue. */
export function aloneInItsGroup(member: string): PlantedFault {
  return ({ tap }) => {
    let clientId: string | undefined
    tap.watch((passing) => {
      if (passing.member !== member || passing.direction !== 'sent' || passing.frame.code !== Code.HEART_BEAT) return
      clientId = JSON.parse(passing.frame.body.toString('utf8')).clientID
    })
    tap.rule(
      onAnswer(Code.GET_CONSUMER_LIST_BY_GROUP, (passing) => {
        if (passing.member !== member || clientId === undefined) return undefined
        return instead({ ...passing.frame, body: Buffer.from(JSON.stringify({ consumerIdList: [clientId] })) })
      })
    )
  }
}
