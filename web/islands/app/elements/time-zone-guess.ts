/** <time-zone-guess> around a select of time zones: chooses the one that this browser lives in. */
class TimeZoneGuess extends HTMLElement {
  connectedCallback(): void {
    const select = this.querySelector("select");
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (select && [...select.options].some((option) => option.value === here)) select.value = here;
  }
}

customElements.define("time-zone-guess", TimeZoneGuess);
