package dev.treadle.internal.run;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/// Taking and giving slots at once is as if it were done one after another.
@Param(name = "count", gen = IntGen.class, conf = "1:3")
public class SlotsLincheckTest {
  private final Slots slots = new Slots(2);

  @Operation
  public int take(@Param(name = "count") int count) {
    return slots.tryTake(count);
  }

  @Operation
  public void give() {
    slots.give(1);
  }

  @Operation
  public int free() {
    return slots.free();
  }

  @Test
  void isLinearizable() {
    new ModelCheckingOptions()
        .iterations(8)
        .invocationsPerIteration(200)
        .threads(2)
        .actorsPerThread(4)
        .check(SlotsLincheckTest.class);
  }
}
