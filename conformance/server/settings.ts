/** What a black box cannot be asked: what the server was set to, and the times of docs/socket.md. */
export interface ServerSettings {
  /** The nodes of one shop. */
  readonly servers: readonly string[];
  readonly admin: { readonly login: string; readonly password: string };
  /** ACCESS_TOKEN_SECONDS; null: not told. */
  readonly tokenSeconds: number | null;
  /** SOCKET_MESSAGES_PER_SECOND */
  readonly messagesPerSecond: number;
  /** SOCKET_UNSENT_BYTES_MAX */
  readonly unsentBytes: number;
  /** SOCKETS_PER_USER_MAX */
  readonly socketsPerUser: number;
  /** SOCKETS_PER_ADDRESS_MAX; null: not told. */
  readonly socketsPerAddress: number | null;
  /** Run by a shell: restarts the first server, in an orderly way. */
  readonly restart: string | null;
  readonly times: Times;
}

/** Fixed in the document; only tests of this suite have shorter ones. */
export interface Times {
  readonly authenticateMs: number;
  readonly streamPongMs: number;
  readonly keptMessages: number;
}

export const TIMES: Times = { authenticateMs: 10_000, streamPongMs: 15_000, keptMessages: 1_000 };
