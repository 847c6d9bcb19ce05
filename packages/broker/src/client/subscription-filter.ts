import { buildSubscription, SUBSCRIBE_ALL, type Subscription, type SubscriptionData } from '@rocketmq-ts/remoting/wire'
import { CodedError } from 'net-ts-protocol-kit'

/** Whether a consume queue entry is wanted, by its tags code. `undefined`: all are. */
export type TagsFilter = ((tagsCode: number) => boolean) | undefined

/** How much text of subscriptions in pull headers is remembered with its filter, characters. A filter takes ten times as much. */
const MAX_REMEMBERED = 512 * 1024

/**
 * The filter that a subscription means to the broker: a set of hash codes. Two tags may share a code, so clients compare
 * the texts again (read in broker/…/filter/ExpressionMessageFilter.java).
 */
export function tagsFilter(subscription: Pick<SubscriptionData | Subscription, 'subString' | 'codeSet' | 'classFilterMode'>): TagsFilter {
  if (subscription.subString === SUBSCRIBE_ALL || subscription.classFilterMode) return undefined
  const codes = new Set(subscription.codeSet)
  return (tagsCode) => codes.has(tagsCode)
}

/** Filters of subscriptions that come as text in the header of each pull. */
export class SubscriptionTexts {
  readonly #filters = new Map<string, TagsFilter>()
  readonly #maxTags: number
  #characters = 0

  /** `maxTags`: of one subscription. */
  constructor(maxTags: number) {
    this.#maxTags = maxTags
  }

  /** How much text is remembered. */
  get characters(): number {
    return this.#characters
  }

  /**
   * The filter for `*` or tags joined by `||`.
   *
   * @throws CodedError `SUBSCRIPTION_INVALID` when the text names no tag, or too many.
   */
  filterOf(text: string): TagsFilter {
    if (text === SUBSCRIBE_ALL || text === '') return undefined
    const known = this.#filters.get(text)
    if (known !== undefined) return known
    return this.#remember(text, tagsFilter(this.#parse(text)))
  }

  #parse(text: string): Subscription {
    const subscription = buildSubscription('', text, 0)
    const tags = subscription.codeSet.length
    if (tags <= this.#maxTags) return subscription
    throw new CodedError('SUBSCRIPTION_INVALID', `${tags} tags, at most ${this.#maxTags} are allowed`, { facts: { tags } })
  }

  #remember(text: string, filter: TagsFilter): TagsFilter {
    if (this.#characters + text.length > MAX_REMEMBERED) {
      this.#filters.clear()
      this.#characters = 0
    }
    this.#filters.set(text, filter)
    this.#characters += text.length
    return filter
  }
}
