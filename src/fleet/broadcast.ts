/**
 * What the processes of a fleet tell each other: heard by all others that listen at the moment, kept by nobody.
 *
 * Nothing may depend on it: whoever missed a message finds the same in the database (docs/faults.md). So the port leaves out acknowledgement, replay and
 * order across channels; it does tell whether messages may have been missed.
 */
export interface Broadcast {
  /** Tells all other processes, without waiting; a process does not hear itself. Lost when not connected. */
  publish(channel: string, message: string): void;
  /** `hear` is called with each message, in the order in which one publisher sent them. */
  subscribe(channel: string, hear: (message: string) => void): Promise<void>;
  /** Whether all that is told is heard. While it is false, look into the database. */
  readonly connected: boolean;
  /** Called when connected again: whatever was told meanwhile was missed. */
  onConnected(listener: () => void): void;
  close(): Promise<void>;
}
