package dev.secant.training;

/** Who looks on from outside while a run trains, and may ask it to stop. */
public interface Monitor {
  /** Called after every step. */
  void stepped();

  /**
   * Asked once a step: true ends the run with a {@link java.util.concurrent.CancellationException}.
   */
  boolean stopped();

  /** One that can stop a run as this one can, but does not hear of its steps. */
  default Monitor uncounted() {
    Monitor counted = this;
    return new Monitor() {
      @Override
      public void stepped() {}

      @Override
      public boolean stopped() {
        return counted.stopped();
      }
    };
  }

  /** Nobody looks on. */
  Monitor NONE =
      new Monitor() {
        @Override
        public void stepped() {}

        @Override
        public boolean stopped() {
          return false;
        }
      };
}
