package dev.treadle.functional;

import dev.treadle.Strategy;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.junit.jupiter.params.provider.EnumSource;

/// Runs a test on each strategy whose code may be any lambda: all but `process`.
@Retention(RetentionPolicy.RUNTIME)
@EnumSource(value = Strategy.class, mode = EnumSource.Mode.EXCLUDE, names = "PROCESS")
@interface InThisJvm {}
