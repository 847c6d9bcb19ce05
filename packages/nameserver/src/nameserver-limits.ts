/** What a nameserver takes at most. A broker that asks for more is refused with SYSTEM_ERROR; everyone else is served on. */
export interface NameserverLimits {
  /** Registered broker addresses. Default 1,024. */
  readonly maxBrokers: number
  /** Topics of all brokers, each counted once. Default 100,000. */
  readonly maxTopics: number
  /** Topics of all brokers, each counted for every broker that has it. Default 1,000,000. */
  readonly maxRoutes: number
  /** Topics in one registration. Default 50,000. */
  readonly maxTopicsPerBroker: number
  /** Bytes of a registration's body after decompression. Default 16 MiB. */
  readonly maxRegistrationBytes: number
  /** Length of cluster, broker and topic names and of addresses, characters. Default 255. */
  readonly maxNameLength: number
}

export const DEFAULT_NAMESERVER_LIMITS: NameserverLimits = Object.freeze({
  maxBrokers: 1024,
  maxTopics: 100_000,
  maxRoutes: 1_000_000,
  maxTopicsPerBroker: 50_000,
  maxRegistrationBytes: 16 * 1024 * 1024,
  maxNameLength: 255
})
