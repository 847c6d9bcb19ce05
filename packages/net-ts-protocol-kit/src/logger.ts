/** Where a program wants to be told things: any object with these four methods, such as `console`. */
export interface Logger {
  debug(message: string, facts?: object): void
  info(message: string, facts?: object): void
  warn(message: string, facts?: object): void
  error(message: string, facts?: object): void
}

const nothing = (): void => {}

/** Says nothing: what is used when no logger was given. */
export const silentLogger: Logger = Object.freeze({ debug: nothing, info: nothing, warn: nothing, error: nothing })
