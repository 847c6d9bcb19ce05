import type { GroupOptions, TopicOptions } from './declarations'

/** Which image the cluster runs from. */
export interface RocketMQImage {
  readonly name: string
  /** The image's content hash, `sha256:…`. */
  readonly id: string
  /** The published image, the one this project assembles from the published jars, or something else. */
  readonly origin: 'apache/rocketmq' | 'rocketmq-ts/official-jars' | 'other'
  readonly labels: Readonly<Record<string, string>>
}

/** A running nameserver and broker. `await using` stops them too. */
export interface StartedRocketMQ extends AsyncDisposable {
  /** `host:port` of the nameserver, as a client's `nameservers` option takes it. */
  readonly nameservers: string
  /** `host:port` of the broker, as it advertises itself. */
  readonly brokerAddress: string
  /**
   * Where this process reaches the broker, by the address it advertises: for a client's `addressMap` when `advertisedHost` is meant for
   * other machines than this one. Empty when both are the same.
   */
  readonly addressMap: Readonly<Record<string, string>>
  readonly clusterName: string
  readonly brokerName: string
  /** The release, `'unknown'` when neither the image nor its name tells. */
  readonly version: string
  readonly image: RocketMQImage
  /**
   * Creates a topic or changes its settings; a message can be sent to it when this resolves. Throws {@link OptionError} or
   * {@link CreationError}.
   */
  createTopic(name: string, options?: TopicOptions): Promise<void>
  /** Creates a consumer group or changes its settings. Throws {@link OptionError} or {@link CreationError}. */
  createGroup(name: string, options?: GroupOptions): Promise<void>
  /**
   * Runs the official `mqadmin` inside (`['clusterList']`); `-n` is not needed. The tool often reports a failure in its output and
   * still exits with 0.
   */
  mqadmin(args: readonly string[]): Promise<{ exitCode: number; output: string }>
  /**
   * Stops the broker and keeps its store. `'TERM'` (default) lets it shut down in order and leave the nameserver; past 90 s it is killed
   * and the call rejects. `'KILL'` gives it no chance to. Does nothing when the broker is stopped.
   */
  stopBroker(options?: { readonly signal?: 'TERM' | 'KILL' }): Promise<void>
  /** Starts the stopped broker on the same store and ports; resolves when it is ready. Does nothing when it runs. */
  startBroker(): Promise<void>
  /** `stopBroker()`, then `startBroker()`. */
  restartBroker(): Promise<void>
  /** Stops and removes everything, the store included. Idempotent. */
  stop(): Promise<void>
}
