package dev.treadle.internal.process;

/// A worker ended before an attempt did; the message says why, in words.
public final class WorkerDied extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean outOfMemory;
  private final boolean blameless;

  private WorkerDied(String cause, boolean outOfMemory, boolean blameless) {
    super(cause, null, false, false);
    this.outOfMemory = outOfMemory;
    this.blameless = blameless;
  }

  /// The attempt was running, or about to.
  static WorkerDied of(Death death) {
    return new WorkerDied(death.words(), death.outOfMemory(), false);
  }

  /// The attempt had no part in it, or gets what it lacked: it is tried again at no charge.
  static WorkerDied blameless(String cause) {
    return new WorkerDied(cause, false, true);
  }

  /// Whether more memory might have helped.
  boolean outOfMemory() {
    return outOfMemory;
  }

  /// Whether the attempt is not to be charged for it.
  public boolean blameless() {
    return blameless;
  }
}
