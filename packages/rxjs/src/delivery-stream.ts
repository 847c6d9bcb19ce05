import type { Client, CloseReport, HandlerContext, Message, Outcome, PushConsumer } from '@rocketmq-ts/client'
import type { Subscriber } from 'rxjs'
import { closingStreamOf, rememberClosing } from './closing-groups'
import type { ResolvedDeliveriesOptions } from './deliveries-options'
import type { Delivery } from './delivery'
import { OpenDeliveries } from './open-deliveries'

/** One subscription: a push consumer whose handler waits for the settlement of what it handed out. */
export class DeliveryStream {
  readonly #client: Client
  readonly #options: ResolvedDeliveriesOptions
  readonly #subscriber: Subscriber<Delivery>
  readonly #open = new OpenDeliveries<Message>()
  readonly #stopClosing: () => void
  #consumer: PushConsumer | undefined
  #isClosed = false

  constructor(client: Client, options: ResolvedDeliveriesOptions, subscriber: Subscriber<Delivery>) {
    this.#client = client
    this.#options = options
    this.#subscriber = subscriber
    this.#stopClosing = client.events.on('stateChanged', () => this.#open.close())
    const closing = closingStreamOf(client, options.group)
    if (closing === undefined) this.#start()
    else void closing.then(() => this.#start())
  }

  readonly close = (): void => {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#open.close()
    const closed = this.#closeConsumer()
    rememberClosing(this.#client, this.#options.group, closed)
    // Never rejects.
    void closed.then((report) => this.#tellClosed(report))
  }

  #start(): void {
    if (this.#isClosed) return
    try {
      this.#consumer = this.#client.pushConsumer(this.#options.consumer, (message, context) => this.#handOut(message, context))
      this.#follow(this.#consumer)
    } catch (error) {
      this.#subscriber.error(error)
    }
  }

  /** What the consumer has taken away from its handlers can no longer be settled. */
  #follow({ events, done }: PushConsumer): void {
    events.on('handlerTimedOut', ({ message }) => this.#open.voidMessage(message))
    events.on('revoked', ({ queue }) => this.#open.voidQueue(queue))
    events.on('offsetMoved', ({ queue }) => this.#open.voidQueue(queue))
    done.then(
      () => this.#subscriber.complete(),
      (error: unknown) => this.#subscriber.error(error)
    )
  }

  readonly #next = (delivery: Delivery): void => this.#subscriber.next(delivery)

  #handOut(message: Message, context: HandlerContext): Outcome | Promise<Outcome> {
    return this.#open.handOut(message, context, this.#next) as Outcome | Promise<Outcome>
  }

  /** A callback that throws, or rejects, must not end the process. */
  async #tellClosed(report: CloseReport): Promise<void> {
    const { group, onClosed } = this.#options
    try {
      await onClosed(report)
    } catch (error) {
      this.#client.logger.error('onClosed of deliveries threw', { group, error })
    }
  }

  async #closeConsumer(): Promise<CloseReport> {
    const report = await this.#consumer?.close({ timeoutMs: this.#options.closeTimeoutMs })
    this.#stopClosing()
    this.#open.voidAll()
    return report ?? NEVER_BEGUN
  }
}

const NEVER_BEGUN: CloseReport = Object.freeze({ isComplete: true, sends: 0, handlers: 0, messages: 0, uncommittedQueues: 0 })
