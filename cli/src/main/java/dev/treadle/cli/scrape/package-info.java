/// `treadle scrape`: web pages in, records out.
@NullMarked
package dev.treadle.cli.scrape;

import org.jspecify.annotations.NullMarked;
