import type { Bench } from '../bench'
import { Answer, answerTo, Code, type Frame, isOneway } from '../tap/frame'
import { cutRecords } from '../tap/records'
import { answered, dropped, instead, type Passing, type TapRule } from '../tap/wire-tap'

/** A fault is planted before a row opens its first connection. */
export type PlantedFault = (bench: Bench) => void

/** A rule for one frame only: the first for which it gives a verdict. */
export function once(rule: TapRule): TapRule {
  let isDone = false
  return (passing) => {
    const verdict = isDone ? undefined : rule(passing)
    isDone ||= verdict !== undefined
    return verdict
  }
}

/** A rule for requests of some codes. */
export function onRequest(codes: readonly number[], rule: TapRule): TapRule {
  return (passing) =>
    passing.direction === 'sent' && (passing.frame.flag & 1) === 0 && codes.includes(passing.frame.code) ? rule(passing) : undefined
}

/** A rule for successful answers to requests of a code. */
export function onAnswer(code: number, rule: (passing: Passing, request: Frame) => ReturnType<TapRule>): TapRule {
  return (passing) =>
    passing.direction === 'received' && passing.request?.code === code && passing.frame.code === Answer.SUCCESS
      ? rule(passing, passing.request)
      : undefined
}

/** A rule for the records that a pull brings to some member; the answer goes on with what `change` makes of them. */
export function onRecords(
  member: (name: string) => boolean,
  change: (records: Buffer[], request: Frame) => readonly Buffer[] | undefined
): TapRule {
  return onAnswer(Code.PULL_MESSAGE, ({ member: name, frame }, request) => {
    const changed = member(name) ? change(cutRecords(frame.body), request) : undefined
    return changed === undefined ? undefined : instead({ ...frame, body: Buffer.concat(changed) })
  })
}

/** A request that seems to succeed and never gets anywhere. */
export function swallow({ frame }: Passing): ReturnType<TapRule> {
  return isOneway(frame) ? dropped : answered(answerTo(frame, Answer.SUCCESS))
}
