import { startSignIn } from "./sign_in";

startSignIn();
