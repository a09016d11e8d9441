package dev.treadle.cli.scrape;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// An attempt on a URL that did not give a whole, good page, with what it found all the same.
final class ScrapeFailure extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final transient Page page;
  private final boolean retryable;

  /// @param page what is known, its error included
  /// @param retryable whether another attempt may do better
  ScrapeFailure(Page page, boolean retryable, @Nullable Throwable cause) {
    super(page.error(), cause, false, false); // a record says it all: no stack for each page
    this.page = page;
    this.retryable = retryable;
  }

  Page page() {
    return page;
  }

  boolean retryable() {
    return retryable;
  }
}
