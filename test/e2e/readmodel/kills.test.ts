import { killEverywhere } from "../../support/read-model-kills.js";

killEverywhere(19);
