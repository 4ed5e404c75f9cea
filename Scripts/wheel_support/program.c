// The program of the wheel: all that it does is in liboodml.so.

extern int oodml_main(int count, char **arguments);

int main(int count, char **arguments) {
    return oodml_main(count, arguments);
}
